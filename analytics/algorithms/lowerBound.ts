/**
 * First position in [from, to) whose value is at least `target`, else `to`; by bisection. Values ascend there,
 * in the order of the positions or, where `order` is given, of what it holds.
 */
export function lowerBound(
  values: ArrayLike<number>,
  target: number,
  from = 0,
  to = values.length,
  order?: Int32Array,
): number {
  let low = from;
  for (let high = to; low < high; ) {
    const middle = (low + high) >> 1;
    if (values[order ? order[middle]! : middle]! < target) low = middle + 1;
    else high = middle;
  }
  return low;
}
