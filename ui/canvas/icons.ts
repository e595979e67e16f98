/** The icons that kinds name. A kind with a new icon adds it here; another name shows a question mark. */
import {
  type Icon,
  IconArrowFork,
  IconArrowsSplit2,
  IconBell,
  IconCoin,
  IconCopy,
  IconCpu,
  IconDatabase,
  IconDoorExit,
  IconEraser,
  IconGauge,
  IconHandStop,
  IconHelpCircle,
  IconHourglass,
  IconLogin2,
  IconMessage2,
  IconRulerMeasure,
  IconSitemap,
  IconStairsDown,
  IconTag,
} from '@tabler/icons-react';

const ICONS: ReadonlyMap<string, Icon> = new Map([
  ['arrow-fork', IconArrowFork],
  ['arrows-split-2', IconArrowsSplit2],
  ['bell', IconBell],
  ['coin', IconCoin],
  ['copy', IconCopy],
  ['cpu', IconCpu],
  ['database', IconDatabase],
  ['door-exit', IconDoorExit],
  ['eraser', IconEraser],
  ['gauge', IconGauge],
  ['hand-stop', IconHandStop],
  ['hourglass', IconHourglass],
  ['login-2', IconLogin2],
  ['message-2', IconMessage2],
  ['ruler-measure', IconRulerMeasure],
  ['sitemap', IconSitemap],
  ['stairs-down', IconStairsDown],
  ['tag', IconTag],
]);

/** The icon of that Tabler name. */
export const iconOf = (name: string): Icon => ICONS.get(name) ?? IconHelpCircle;
