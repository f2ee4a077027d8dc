/** Computes one tile of an operation of training. */
import { CELL_GRU, CELL_LSTM, Operation, RowOperation } from '../operation';
import { gruBackward, lstmBackward, rnnBackward } from './gates-backward';
import { gruForward, lstmForward, rnnForward } from './gates-forward';
import { crossEntropy } from './loss';
import { multiplyTile } from './matmul';
import {
  CELL_BACKWARD,
  CELL_FORWARD,
  CellOperation,
  CLEAR,
  CROSS_ENTROPY,
  CrossEntropyOperation,
  firstPanel,
  MASK,
  MatrixOperation,
  MULTIPLY,
  MultiplyOperation,
  PACK,
  PackOperation,
  SCATTER,
  SCATTER_ADD,
  SUM_COLUMNS,
  SUM_SQUARES,
  UpdateOperation,
} from './operations';
import { packPanels } from './panels';
import { maskRows, scatter, scatterAdd, sumColumns } from './rows';
import { adam, rmsprop, sumSquares } from './update';

/** `scratch` is the calling thread's working memory, as `matmul.ts` needs it. */
export function runTrainingTile(operation: Operation, tile: i32, scratch: usize): void {
  const kind = operation.kind;
  if (kind == MULTIPLY) multiply(changetype<MultiplyOperation>(operation), <usize>tile, scratch);
  else if (kind == PACK) pack(changetype<PackOperation>(operation), tile);
  else runRows(changetype<RowOperation>(operation), tile);
}

/** Tiles that follow one another share their rows, whose packed block stays in the cache. */
function multiply(m: MultiplyOperation, tile: usize, scratch: usize): void {
  const columnTiles = (m.columns + m.tileColumns - 1) / m.tileColumns;
  const row = (tile / columnTiles) * m.tileRows;
  const column = (tile % columnTiles) * m.tileColumns;
  multiplyTile(
    m.left,
    m.right,
    m.rows,
    m.columns,
    m.inner,
    row,
    min(row + m.tileRows, m.rows),
    column,
    min(column + m.tileColumns, m.columns),
    m.accumulate != 0,
    m.bias,
    m.result,
    scratch,
  );
}

function pack(p: PackOperation, tile: i32): void {
  const panels = (p.lines + p.panelLines - 1) / p.panelLines;
  packPanels(
    p.source,
    p.lines,
    p.lineBytes,
    p.inner,
    p.innerBytes,
    p.panelLines,
    firstPanel(tile),
    min(firstPanel(tile + 1), panels),
    p.packed,
  );
}

function runRows(operation: RowOperation, tile: i32): void {
  const kind = operation.kind;
  const from = tile * operation.rowsPerTile;
  const to = min(from + operation.rowsPerTile, operation.rows);
  if (kind == CELL_FORWARD) {
    const c = changetype<CellOperation>(operation);
    if (c.cell == CELL_LSTM) lstmForward(from, to, c.hidden, c.z, c.cBefore, c.cAfter, c.hAfter);
    else if (c.cell == CELL_GRU) gruForward(from, to, c.hidden, c.z, c.recurrent, c.hBefore, c.hAfter);
    else rnnForward(from, to, c.hidden, c.z, c.hAfter);
  } else if (kind == CELL_BACKWARD) {
    const c = changetype<CellOperation>(operation);
    if (c.cell == CELL_LSTM) lstmBackward(from, to, c.hidden, c.z, c.cBefore, c.cAfter, c.dh, c.dc);
    else if (c.cell == CELL_GRU) {
      gruBackward(from, to, c.hidden, c.z, c.recurrent, c.hBefore, c.dh, c.dhBefore);
    } else rnnBackward(from, to, c.hidden, c.z, c.dh);
  } else if (kind == CROSS_ENTROPY) {
    const e = changetype<CrossEntropyOperation>(operation);
    crossEntropy(from, to, e.logits, e.width, e.targets, e.nll, e.scale, e.weights);
  } else {
    runMatrix(changetype<MatrixOperation>(operation), tile, from, to);
  }
}

function runMatrix(m: MatrixOperation, tile: i32, from: i32, to: i32): void {
  const kind = m.kind;
  if (kind == MASK) maskRows(from, to, m.source, m.width, m.other, m.count, m.result);
  else if (kind == SCATTER) scatter(from, to, m.source, m.width, m.other, m.result);
  else if (kind == SCATTER_ADD) scatterAdd(from, to, m.count, m.source, m.width, m.other, m.result);
  else if (kind == SUM_COLUMNS) {
    sumColumns(from, to, m.count, m.source, m.width, m.accumulate != 0, m.result);
  } else if (kind == SUM_SQUARES) {
    store<f64>(m.result + (<usize>tile << 3), sumSquares(<usize>from, <usize>to, m.source));
  } else if (kind == CLEAR) {
    memory.fill(m.result + (<usize>from << 2), 0, <usize>(to - from) << 2);
  } else {
    const u = changetype<UpdateOperation>(m);
    if (u.mean) adam(u, <usize>from, <usize>to);
    else rmsprop(u, <usize>from, <usize>to);
  }
}
