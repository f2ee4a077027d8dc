/** Pictures from Vega-Lite specifications, as SVG. */

import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

/** On a white ground, unless the specification says otherwise. */
export async function drawPicture(spec: TopLevelSpec): Promise<string> {
  const view = new View(parse(compile({ background: 'white', ...spec }).spec), { renderer: 'none' });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
