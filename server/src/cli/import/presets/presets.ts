import type { PresetName } from '../formats.ts';
import { amplitude } from './amplitude.ts';
import { ga4 } from './ga4.ts';
import { matomo } from './matomo.ts';
import { mixpanel } from './mixpanel.ts';
import { plausible } from './plausible.ts';
import { posthog } from './posthog.ts';
import type { Preset } from './preset.ts';
import { segment } from './segment.ts';
import { umami } from './umami.ts';

const PRESETS: Readonly<Record<PresetName, Preset>> = {
  amplitude,
  mixpanel,
  posthog,
  segment,
  ga4,
  matomo,
  umami,
  plausible,
};

export const presetOf = (name: PresetName): Preset => PRESETS[name];
