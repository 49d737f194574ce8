export declare function isSupported(version: string): boolean;
