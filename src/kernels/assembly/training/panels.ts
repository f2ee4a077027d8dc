/**
 * Packs a matrix in panels, the order in which `matmul.ts` reads it: [panels][inner][lines of a panel] (Goto and van de
 * Geijn 2008). A line is a row of a left factor or a column of a right factor, and `inner` is the dimension that the
 * product sums over. A transposed factor is packed from the same numbers with the two distances exchanged, so products
 * know no transposes. Lines beyond the last are zero.
 */

/**
 * Packs panels `from` to `to` − 1 of `lines` lines. The number k of line i is at `source` + i · lineBytes + k · innerBytes;
 * one of the two distances is four bytes.
 */
export function packPanels(
  source: usize,
  lines: usize,
  lineBytes: usize,
  inner: usize,
  innerBytes: usize,
  panelLines: usize,
  from: usize,
  to: usize,
  packed: usize,
): void {
  const whole = min(to, lines / panelLines);
  if (innerBytes == 4) {
    for (let panel = from; panel < whole; panel++) {
      const line = source + panel * panelLines * lineBytes;
      const into = packed + panel * panelLines * inner * 4;
      if (panelLines == 8) eightLines(line, lineBytes, inner, into);
      else sixLines(line, lineBytes, inner, into);
    }
  } else {
    besideOneAnother(source, inner, innerBytes, panelLines, from, whole, packed);
  }
  for (let panel = max(from, whole); panel < to; panel++) {
    packRest(source, lines, lineBytes, inner, innerBytes, panelLines, panel, packed);
  }
}

/** Six lines whose numbers lie one after another. */
function sixLines(source: usize, lineBytes: usize, inner: usize, packed: usize): void {
  const end = source + inner * 4;
  const two = lineBytes + lineBytes;
  for (let at = source; at < end; at += 4) {
    const second = at + two;
    const third = second + two;
    store<f32>(packed, load<f32>(at));
    store<f32>(packed, load<f32>(at + lineBytes), 4);
    store<f32>(packed, load<f32>(second), 8);
    store<f32>(packed, load<f32>(second + lineBytes), 12);
    store<f32>(packed, load<f32>(third), 16);
    store<f32>(packed, load<f32>(third + lineBytes), 20);
    packed += 24;
  }
}

/** Eight lines whose numbers lie one after another. */
function eightLines(source: usize, lineBytes: usize, inner: usize, packed: usize): void {
  const end = source + inner * 4;
  const two = lineBytes + lineBytes;
  for (let at = source; at < end; at += 4) {
    const second = at + two;
    const third = second + two;
    const fourth = third + two;
    store<f32>(packed, load<f32>(at));
    store<f32>(packed, load<f32>(at + lineBytes), 4);
    store<f32>(packed, load<f32>(second), 8);
    store<f32>(packed, load<f32>(second + lineBytes), 12);
    store<f32>(packed, load<f32>(third), 16);
    store<f32>(packed, load<f32>(third + lineBytes), 20);
    store<f32>(packed, load<f32>(fourth), 24);
    store<f32>(packed, load<f32>(fourth + lineBytes), 28);
    packed += 32;
  }
}

/** Lines that lie beside one another: the numbers of a panel for one k are one piece of the source. */
function besideOneAnother(
  source: usize,
  inner: usize,
  innerBytes: usize,
  panelLines: usize,
  from: usize,
  to: usize,
  packed: usize,
): void {
  const lineBytes = panelLines * 4;
  const panelBytes = lineBytes * inner;
  for (let k: usize = 0; k < inner; k++) {
    let at = source + k * innerBytes + from * lineBytes;
    let into = packed + from * panelBytes + k * lineBytes;
    for (let panel = from; panel < to; panel++) {
      v128.store(into, v128.load(at));
      if (panelLines == 8) v128.store(into, v128.load(at, 16), 16);
      else store<u64>(into, load<u64>(at, 16), 16);
      at += lineBytes;
      into += panelBytes;
    }
  }
}

/** A panel that has fewer lines than the others. */
function packRest(
  source: usize,
  lines: usize,
  lineBytes: usize,
  inner: usize,
  innerBytes: usize,
  panelLines: usize,
  panel: usize,
  packed: usize,
): void {
  let into = packed + panel * panelLines * inner * 4;
  const first = panel * panelLines;
  for (let k: usize = 0; k < inner; k++) {
    for (let line = first; line < first + panelLines; line++) {
      store<f32>(into, line < lines ? load<f32>(source + line * lineBytes + k * innerBytes) : 0);
      into += 4;
    }
  }
}
