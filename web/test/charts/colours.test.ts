import { describe, expect, it } from 'vitest';
import { BODY, contrastOf, DARK, inkOn, LIGHT, mixed, REST, rgbOf } from '../../src/charts/draw/colours.ts';

/** Machado, Oliveira and Fernandes (2009), severity 1, for linear light; without any for everybody else. */
const EYES = {
  everybody: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
} as const;

/** Oklab (Ottosson 2020) of a colour as such an eye sees it. */
function seen(colour: string, eye: (typeof EYES)[keyof typeof EYES]): readonly number[] {
  const light = rgbOf(colour).map((part) => {
    const value = part / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  const sum = (row: readonly number[], of: readonly number[]) =>
    row.reduce((all, factor, i) => all + factor * of[i]!, 0);
  const rgb = eye.map((row) => Math.min(1, Math.max(0, sum(row, light))));
  const lms = [
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
  ].map((row) => Math.cbrt(sum(row, rgb)));
  return [
    [0.2104542553, 0.793617785, -0.0040720468],
    [1.9779984951, -2.428592205, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.808675766],
  ].map((row) => sum(row, lms));
}

describe.each([
  ['light', LIGHT, BODY.light, REST.light],
  ['dark', DARK, BODY.dark, REST.dark],
] as const)('the %s colours', (_, colours, body, rest) => {
  it('stand out from the page as graphics must (WCAG 1.4.11)', () => {
    for (const colour of [...colours, rest]) expect(contrastOf(colour, body), colour).toBeGreaterThanOrEqual(3);
  });

  it.each(Object.keys(EYES) as (keyof typeof EYES)[])('differ from each other for %s', (eye) => {
    const labs = colours.map((colour) => seen(colour, EYES[eye]));
    const distances = labs.flatMap((one, i) =>
      labs.slice(0, i).map((other) => Math.hypot(...one.map((value, at) => value - other[at]!))),
    );
    expect(Math.min(...distances)).toBeGreaterThan(0.08);
  });
});

it('knows contrasts as WCAG works them out', () => {
  expect(contrastOf('#ffffff', '#000000')).toBeCloseTo(21, 5);
  // (0.05 + 0.2159) / 0.05 with the luminance of #808080, 0.2159
  expect(contrastOf('#808080', '#000000')).toBeCloseTo(5.32, 2);
});

it('mixes colours part by part, and writes on them legibly', () => {
  expect(mixed('#000000', '#ff8000', 0.5)).toBe('#804000');
  expect(mixed('#fff', '#000', 0)).toBe('#ffffff');
  expect([inkOn('#0f766e'), inkOn('#fcdd5b')]).toEqual(['#ffffff', '#111111']);
});
