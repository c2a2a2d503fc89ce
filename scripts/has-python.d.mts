export declare const hasPython: boolean;
