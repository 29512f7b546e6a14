import type { Loop } from './loop.ts';

// How many rows a loop is given at a time, so that the executor can look at the clock about every millisecond.

/** A function that takes a second a row must not hold the event loop for many rows before its pace is known. */
export const firstPiece = 8;

const pieceMsMin = 0.5;
/** A piece that takes longer is cut shorter the next time. */
export const pieceMsMax = 2;
/** A tenth of a millisecond of the cheapest rows; and rows may turn slow within a piece, which is never cut. */
const pieceRowsMax = 16_384;

/** A partition begins: that the last one was slow is remembered, that it was fast is found out again. */
export function startPace(loop: Loop): void {
  loop.piece = Math.min(loop.piece, firstPiece);
}

/** Learns from a piece of so many rows. */
export function learnPace(loop: Loop, rows: number, tookMs: number): void {
  if (tookMs > pieceMsMax) loop.piece = Math.max(1, Math.floor(rows / 2));
  else if (tookMs < pieceMsMin && rows >= loop.piece) loop.piece = Math.min(pieceRowsMax, loop.piece * 2);
}
