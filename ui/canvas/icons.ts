/** The icons that kinds name. A kind with a new icon adds it here; another name shows a question mark. */
import {
  type Icon,
  IconArrowsSplit2,
  IconBell,
  IconCoin,
  IconCpu,
  IconEraser,
  IconGauge,
  IconHandStop,
  IconHelpCircle,
  IconHourglass,
  IconLogin2,
  IconMessage2,
  IconRulerMeasure,
  IconStairsDown,
  IconTag,
} from '@tabler/icons-react';

const ICONS: ReadonlyMap<string, Icon> = new Map([
  ['arrows-split-2', IconArrowsSplit2],
  ['bell', IconBell],
  ['coin', IconCoin],
  ['cpu', IconCpu],
  ['eraser', IconEraser],
  ['gauge', IconGauge],
  ['hand-stop', IconHandStop],
  ['hourglass', IconHourglass],
  ['login-2', IconLogin2],
  ['message-2', IconMessage2],
  ['ruler-measure', IconRulerMeasure],
  ['stairs-down', IconStairsDown],
  ['tag', IconTag],
]);

/** The icon of that Tabler name. */
export const iconOf = (name: string): Icon => ICONS.get(name) ?? IconHelpCircle;
