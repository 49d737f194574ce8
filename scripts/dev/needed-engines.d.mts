export declare function neededEngines(path: string, text?: string): string[];
