import type { Table } from '@plaza/kit';

export declare const services: readonly string[];
export declare function configurationPage(tables: Readonly<Record<string, Table>>): string;
