import type { Series } from './alert.js';

const minutes = 30;

/** The same value all the time. */
export const steady = (value: number): string => `${value}x${minutes}`;
/** A counter that grows by so much a minute. */
export const growing = (step: number): string => `0+${step}x${minutes}`;
/** A histogram that counts so many below 0.1 and so many more below 2.5 a minute. */
export const buckets = (name: string, labels: string, quick: number, slow: number): Series[] => [
  [`${name}_bucket{${labels}${labels === '' ? '' : ','}le="0.1"}`, growing(quick)],
  [`${name}_bucket{${labels}${labels === '' ? '' : ','}le="2.5"}`, growing(quick + slow)],
  [`${name}_bucket{${labels}${labels === '' ? '' : ','}le="+Inf"}`, growing(quick + slow)],
];
