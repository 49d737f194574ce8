import type { Rule } from 'eslint';

export declare function objectionTo(file: string, source: string): string | undefined;
export declare const importBySuffix: Rule.RuleModule;
