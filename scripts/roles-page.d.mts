import type * as roles from '../packages/domain/src/roles.js';

export declare const words: Readonly<Record<roles.Act, string>>;
export declare function rolesPage(data: Pick<typeof roles, 'acts' | 'withinReach' | 'keepsMarks' | 'memberRoles'>): string;
