/** Computes one tile of an operation. */
import { draw } from './draw';
import { gru, lstm, rnn } from './gates';
import {
  ADD_BIAS,
  AddBiasOperation,
  CELL_GRU,
  CELL_LSTM,
  DRAWS,
  DrawsOperation,
  FIRST_TRAINING_KIND,
  GATHER,
  GatesOperation,
  GatherOperation,
  GUIDE,
  GuideOperation,
  INT16_PRODUCT,
  Operation,
  PRODUCT,
  ProductOperation,
  QUANTIZE,
  QuantizeOperation,
  RowOperation,
} from './operation';
import { product } from './product';
import { quantize } from './quantize';
import { addBias, gather, guide } from './rows';
import { runTrainingTile } from './training/run-tile';

/** `scratch` is the calling thread's working memory, as `draw` and `training/matmul.ts` need it. */
export function runTile(operation: Operation, tile: i32, scratch: usize): void {
  const kind = operation.kind;
  if (kind == PRODUCT) {
    runProduct<f32>(changetype<ProductOperation>(operation), tile);
  } else if (kind == INT16_PRODUCT) {
    runProduct<i16>(changetype<ProductOperation>(operation), tile);
  } else if (kind == DRAWS) {
    const d = changetype<DrawsOperation>(operation);
    draw(d.draws, tile, d.width, d.weights, d.bias, scratch);
  } else if (kind >= FIRST_TRAINING_KIND) {
    runTrainingTile(operation, tile, scratch);
  } else {
    runRows(changetype<RowOperation>(operation), tile);
  }
}

function runProduct<T>(p: ProductOperation, tile: i32): void {
  product<T>(
    tile,
    p.first,
    p.firstWidth,
    p.second,
    p.secondWidth,
    p.rows,
    p.weights,
    p.bias,
    p.scales,
    p.rowScales,
    p.result,
    p.columns,
  );
}

function runRows(operation: RowOperation, tile: i32): void {
  const kind = operation.kind;
  const from = tile * operation.rowsPerTile;
  const to = min(from + operation.rowsPerTile, operation.rows);
  if (kind == ADD_BIAS) {
    const a = changetype<AddBiasOperation>(operation);
    addBias(a.matrix, from, to, a.width, a.bias);
  } else if (kind == GATHER) {
    const g = changetype<GatherOperation>(operation);
    gather(g.matrix, g.index, from, to, g.width, g.gathered);
  } else if (kind == GUIDE) {
    const g = changetype<GuideOperation>(operation);
    guide(g.matrix, g.index, g.other, g.weights, from, to, g.width, g.guided);
  } else if (kind == QUANTIZE) {
    const q = changetype<QuantizeOperation>(operation);
    quantize(q.matrix, from, to, q.width, q.quantized, q.scales, q.scaled);
  } else {
    const g = changetype<GatesOperation>(operation);
    if (g.cell == CELL_LSTM) lstm(from, to, g.hidden, g.inputs, g.index, g.recurrent, g.h, g.c);
    else if (g.cell == CELL_GRU) gru(from, to, g.hidden, g.inputs, g.index, g.recurrent, g.h);
    else rnn(from, to, g.hidden, g.inputs, g.index, g.recurrent, g.h);
  }
}
