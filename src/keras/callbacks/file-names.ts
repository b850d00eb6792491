// Python's way of putting values into file names: `model-{epoch:02d}-{val_loss:.2f}.keras`.
import { ValueError } from '../../base/errors.ts';

/** `name` with the values put into its braces. */
export function fillName(name: string, values: Readonly<Record<string, number>>, where: string): string {
  return name.replaceAll(/\{(\w+)(?::(0?)(\d*)(?:\.(\d+))?([dfeg]?))?\}/g, (_, key, zero, width, digits, kind) => {
    const value = values[key as string];
    if (value === undefined)
      throw new ValueError(
        `${where}: filepath '${name}' asks for '${key}', which is no log; wanted one of ${Object.keys(values).join(', ')}.`,
      );
    const places = digits === undefined ? (kind === 'f' || kind === 'e' ? 6 : null) : Number(digits);
    let text = String(value);
    if (kind === 'e') text = exponential(value, places ?? 6);
    else if (kind === 'f' && places !== null) text = value.toFixed(places);
    else if (places !== null) text = String(Number(value.toPrecision(Math.max(places, 1))));
    return text.padStart(Number(width || 0), zero ? '0' : ' ');
  });
}
const exponential = (value: number, places: number): string =>
  value.toExponential(places).replace(/e([+-])(\d)$/, (_, sign, digit) => `e${sign}0${digit}`);
