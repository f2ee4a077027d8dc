/**
 * Products of two packed matrices: left [rows, inner] · right [inner, columns]. Training makes all its products this way.
 *
 * Both factors are packed by `panels.ts`: the left in panels of six rows, the right in panels of eight columns. The sums
 * of six rows by eight columns fill the registers: twelve vectors, two of the right factor and one of the left.
 *
 * Every number is summed as in `../product.ts`: over blocks of 512, in their order, one fused multiply-add a step; then
 * the blocks are added up. So neither the tiles nor the number of threads changes a result.
 */
import { PANEL_COLUMNS, write } from '../microkernels';

/** Rows of a panel of the left factor. */
export const PANEL_ROWS: usize = 6;

/** How many steps a block of the sum has. */
const BLOCK: usize = 512;

/** The most rows and columns of a tile. Its rows of a block, and its sums, stay in the second-level cache. */
export const MOST_TILE_ROWS: usize = 96;
export const MOST_TILE_COLUMNS: usize = 256;
/** How many numbers of working memory a thread needs. */
export const SUMS_LENGTH: usize = (MOST_TILE_ROWS + PANEL_ROWS) * MOST_TILE_COLUMNS;
const SUMS_BYTES: usize = PANEL_ROWS * PANEL_COLUMNS * 4;

const LEFT_BYTES: usize = PANEL_ROWS << 2;
const RIGHT_BYTES: usize = PANEL_COLUMNS << 2;

/**
 * The tile of `result` [rows, columns] from row `firstRow` to `lastRow` − 1 and from `firstColumn` to `lastColumn` − 1.
 * First rows and columns are those of a panel. `accumulate` adds the product to what `result` holds. `bias` [columns] is
 * added at the end; 0 stands for none.
 *
 * The sums of the tile grow in `sums`, the calling thread's working memory, panel by panel: [column panels][row
 * panels][6][8], behind room for those of one block. They stay in the second-level cache, which the rows of `result` would leave between two blocks.
 */
export function multiplyTile(
  left: usize,
  right: usize,
  rows: usize,
  columns: usize,
  inner: usize,
  firstRow: usize,
  lastRow: usize,
  firstColumn: usize,
  lastColumn: usize,
  accumulate: bool,
  bias: usize,
  result: usize,
  sums: usize,
): void {
  for (let start: usize = 0; start < inner; start += BLOCK) {
    const length = min(BLOCK, inner - start);
    let into = sums + SUMS_BYTES;
    for (let column = firstColumn; column < lastColumn; column += PANEL_COLUMNS) {
      const rightPanel = right + (column * inner + start * PANEL_COLUMNS) * 4;
      for (let row = firstRow; row < lastRow; row += PANEL_ROWS) {
        const leftPanel = left + (row * inner + start * PANEL_ROWS) * 4;
        if (start == 0) {
          sixRows(leftPanel, rightPanel, length, into);
        } else {
          sixRows(leftPanel, rightPanel, length, sums);
          addTo(into, sums);
        }
        into += SUMS_BYTES;
      }
    }
  }
  const columnBytes = ((lastRow - firstRow + PANEL_ROWS - 1) / PANEL_ROWS) * SUMS_BYTES;
  for (let row = firstRow; row < lastRow; row += PANEL_ROWS) {
    const end = min(row + PANEL_ROWS, rows);
    const panel = sums + SUMS_BYTES + ((row - firstRow) / PANEL_ROWS) * SUMS_BYTES;
    for (let r = row; r < end; r++) {
      let at = panel + (r - row) * RIGHT_BYTES;
      for (let column = firstColumn; column < lastColumn; column += PANEL_COLUMNS) {
        write(result, r, column, columns, accumulate, bias, v128.load(at), v128.load(at, 16));
        at += columnBytes;
      }
    }
  }
}

/** Adds the sums of a block to those of the blocks before it. */
function addTo(sums: usize, block: usize): void {
  for (let at: usize = 0; at < SUMS_BYTES; at += 16) {
    v128.store(sums + at, f32x4.add(v128.load(sums + at), v128.load(block + at)));
  }
}

/**
 * The sums of six rows by eight columns over `length` steps, to `sums` [6, 8].
 *
 * The compiler keeps all sums in registers only if the function has few other variables and no branch behind the loop.
 * It is exported, because it would otherwise be put into its caller.
 */
export function sixRows(left: usize, right: usize, length: usize, sums: usize): void {
  let a0 = f32x4.splat(0);
  let a1 = f32x4.splat(0);
  let b0 = f32x4.splat(0);
  let b1 = f32x4.splat(0);
  let c0 = f32x4.splat(0);
  let c1 = f32x4.splat(0);
  let d0 = f32x4.splat(0);
  let d1 = f32x4.splat(0);
  let e0 = f32x4.splat(0);
  let e1 = f32x4.splat(0);
  let f0 = f32x4.splat(0);
  let f1 = f32x4.splat(0);
  const end = right + length * RIGHT_BYTES;
  while (right < end) {
    const w0 = v128.load(right);
    const w1 = v128.load(right, 16);
    let x = v128.load32_splat(left);
    a0 = f32x4.relaxed_madd(x, w0, a0);
    a1 = f32x4.relaxed_madd(x, w1, a1);
    x = v128.load32_splat(left, 4);
    b0 = f32x4.relaxed_madd(x, w0, b0);
    b1 = f32x4.relaxed_madd(x, w1, b1);
    x = v128.load32_splat(left, 8);
    c0 = f32x4.relaxed_madd(x, w0, c0);
    c1 = f32x4.relaxed_madd(x, w1, c1);
    x = v128.load32_splat(left, 12);
    d0 = f32x4.relaxed_madd(x, w0, d0);
    d1 = f32x4.relaxed_madd(x, w1, d1);
    x = v128.load32_splat(left, 16);
    e0 = f32x4.relaxed_madd(x, w0, e0);
    e1 = f32x4.relaxed_madd(x, w1, e1);
    x = v128.load32_splat(left, 20);
    f0 = f32x4.relaxed_madd(x, w0, f0);
    f1 = f32x4.relaxed_madd(x, w1, f1);
    left += LEFT_BYTES;
    right += RIGHT_BYTES;
  }
  v128.store(sums, a0);
  v128.store(sums, a1, 16);
  v128.store(sums, b0, 32);
  v128.store(sums, b1, 48);
  v128.store(sums, c0, 64);
  v128.store(sums, c1, 80);
  v128.store(sums, d0, 96);
  v128.store(sums, d1, 112);
  v128.store(sums, e0, 128);
  v128.store(sums, e1, 144);
  v128.store(sums, f0, 160);
  v128.store(sums, f1, 176);
}
