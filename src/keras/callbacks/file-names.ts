// Python's way of putting values into file names: `model-{epoch:02d}-{val_loss:.2f}.keras`.
import { ValueError } from '../../base/errors.ts';
import { pythonFormat } from '../../base/python-format.ts';

/** What Python counts: whole numbers in its sense. All else in logs are floats. */
const COUNTS = ['epoch', 'batch'];

/** `name` with the values put into its braces, as `name.format(**values)` does it. */
export function fillName(name: string, values: Readonly<Record<string, number>>, where: string): string {
  return name.replaceAll(
    /\{\{|\}\}|\{(\w+)(?:![rsa])?(?::([^{}]*))?\}/g,
    (whole, key: string | undefined, spec: string | undefined) => {
      if (key === undefined) return whole[0]!;
      const value = values[key];
      if (value === undefined)
        throw new ValueError(
          `${where}: filepath '${name}' asks for '${key}', which is no log; wanted one of ${Object.keys(values).join(', ')}.`,
        );
      if (typeof value !== 'number')
        throw new ValueError(`${where}: filepath '${name}' asks for '${key}', which is a list of numbers.`);
      try {
        return pythonFormat(value, spec ?? '', COUNTS.includes(key));
      } catch (error) {
        throw new ValueError(`${where}: filepath '${name}': ${(error as Error).message}`);
      }
    },
  );
}
