/** Draws Vega-Lite specifications as SVG pictures. */

import type { TopLevelSpec } from 'vega-lite';
import { OperatorError } from '../system/operator-error.ts';

/** Pictures cannot be drawn, because the optional packages are not installed. */
export class PictureError extends OperatorError {
  override readonly name = 'PictureError';
}

/** Vega and Vega-Lite are large and optional, so they are loaded when the first picture is drawn. */
const importVega = () => Promise.all([import('vega'), import('vega-lite')]);

/** Loads what pictures need. Throws {@link PictureError} if it is not installed. */
export async function loadVega(load = importVega) {
  try {
    return await load();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new PictureError(
      'no pictures are drawn, because vega and vega-lite are not installed; npm install --include=optional installs them',
      { cause },
    );
  }
}

/** Returns an SVG document; its background is white unless the specification says otherwise. Throws {@link PictureError}. */
export async function drawPicture(spec: TopLevelSpec): Promise<string> {
  const [{ parse, View }, { compile }] = await loadVega();
  const view = new View(parse(compile({ background: 'white', ...spec }).spec), { renderer: 'none' });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
