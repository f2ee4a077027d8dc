/**
 * Matrix products: rows [rows, K] by weights [K, M].
 *
 * Every number of the result is summed in the same order, whatever the other rows are: over blocks of 512 k, in the order
 * of k within a block, rounded once a step; then the blocks are added up. So a row's result never depends on its
 * neighbours. oneDNN was observed to use the same order on a processor with AVX-512, so a poem does not depend on which
 * of the two computes.
 *
 * Whole numbers of 16 bits (T is i16) take half the time. Two k share the place of one float32, and widths count such
 * pairs. The sums of a block are exact; `int16-packing.ts` sees to it that they do not overflow.
 *
 * Weights are packed: groups of four panels, a panel eight columns, all k of a panel after one another
 * ([groups][4][K][8]). Columns beyond M are zero. The sums of a few rows by one panel fill the registers; the weights of
 * a panel's block stay in the first-level cache while all rows are computed.
 */
import {
  fourRows,
  GROUP_PANELS,
  oneRow,
  PANEL_COLUMNS,
  threeRows,
  twoRows,
} from './microkernels';

/** How many k a block has. */
const BLOCK: usize = 512;

/**
 * One group of columns of [first second] · weights + bias, for all rows. `first` is [rows, firstWidth]; `second` is
 * [rows, secondWidth] and stands beside it; its width may be 0. `bias` [columns] may be 0 for none. `result` is
 * [rows, columns]. `scales` [columns, rounded up to whole groups] and `rowScales` [rows] are read for whole numbers
 * only: what a sum is multiplied by to get what it stands for. All pointers are bytes from the beginning of the memory.
 */
export function product<T>(
  group: i32,
  first: usize,
  firstWidth: usize,
  second: usize,
  secondWidth: usize,
  rows: usize,
  weights: usize,
  bias: usize,
  scales: usize,
  rowScales: usize,
  result: usize,
  columns: usize,
): void {
  const width = firstWidth + secondWidth;
  const panelBytes = width * PANEL_COLUMNS * 4;
  const panels = weights + <usize>group * GROUP_PANELS * panelBytes;
  const column = <usize>group * GROUP_PANELS * PANEL_COLUMNS;
  for (let start: usize = 0; start < width; start += BLOCK) {
    const end = min(start + BLOCK, width);
    // The part of either matrix that is in this block.
    const firstStart = min(start, firstWidth);
    const firstLength = min(end, firstWidth) - firstStart;
    const secondStart = max(start, firstWidth) - firstWidth;
    const secondLength = max(end, firstWidth) - firstWidth - secondStart;
    block<T>(
      first + (firstStart << 2),
      firstLength,
      firstWidth << 2,
      second + (secondStart << 2),
      secondLength,
      secondWidth << 2,
      rows,
      panels + start * PANEL_COLUMNS * 4,
      panelBytes,
      start > 0,
      end == width ? bias : 0,
      scales,
      rowScales,
      result,
      column,
      columns,
      end < width ? panels + end * PANEL_COLUMNS * 4 : 0,
      min(width - end, BLOCK),
    );
  }
}

/**
 * One block of k, for all rows by the four panels of a group. `microkernels.ts` describes the parameters. `next` is where
 * the first panel of the next block begins, of `nextLength` k; 0 if there is none.
 */
function block<T>(
  first: usize,
  firstLength: usize,
  firstStride: usize,
  second: usize,
  secondLength: usize,
  secondStride: usize,
  rows: usize,
  panels: usize,
  panelBytes: usize,
  accumulate: bool,
  bias: usize,
  scales: usize,
  rowScales: usize,
  result: usize,
  column: usize,
  columns: usize,
  next: usize,
  nextLength: usize,
): void {
  const whole = rows & ~3;
  const length = firstLength + secondLength;
  // The rows share the reading of the weights that come next.
  const step = whole > 0 ? (PANEL_COLUMNS << 2) / (whole >> 2) : 0;
  const nextStep = whole > 0 ? (nextLength * (PANEL_COLUMNS << 2)) / (length * (whole >> 2)) : 0;
  const rest = rows - whole;
  const firstRest = first + whole * firstStride;
  const secondRest = second + whole * secondStride;
  for (let p: usize = 0; p < GROUP_PANELS; p++) {
    const panel = panels + p * panelBytes;
    const from = column + p * PANEL_COLUMNS;
    const isLast = p == GROUP_PANELS - 1;
    let ahead = isLast ? next : panel + panelBytes;
    const aheadStep = ahead != 0 ? (isLast ? nextStep : step) : 0;
    if (ahead == 0) ahead = panel;
    for (let row: usize = 0; row < whole; row += 4) {
      fourRows<T>(
        first + row * firstStride,
        firstLength,
        firstStride,
        second + row * secondStride,
        secondLength,
        secondStride,
        row,
        panel,
        accumulate,
        bias,
        scales,
        rowScales,
        result,
        from,
        columns,
        ahead,
        aheadStep,
      );
      ahead += aheadStep * length;
    }
    if (rest != 3) continue;
    threeRows<T>(
      firstRest,
      firstLength,
      firstStride,
      secondRest,
      secondLength,
      secondStride,
      whole,
      panel,
      accumulate,
      bias,
      scales,
      rowScales,
      result,
      from,
      columns,
    );
  }
  if (rest == 2) {
    twoRows<T>(
      firstRest,
      firstLength,
      firstStride,
      secondRest,
      secondLength,
      secondStride,
      whole,
      panels,
      panelBytes,
      accumulate,
      bias,
      scales,
      rowScales,
      result,
      column,
      columns,
    );
  } else if (rest == 1) {
    oneRow<T>(
      firstRest,
      firstLength,
      secondRest,
      secondLength,
      whole,
      panels,
      panelBytes,
      accumulate,
      bias,
      scales,
      rowScales,
      result,
      column,
      columns,
    );
  }
}
