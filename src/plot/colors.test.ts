import * as vega from 'vega';
import { describe, expect, it } from 'vitest';
import { checkColormap, colormap } from './colormaps.ts';
import { parseColor } from './colors.ts';
import { parseFormat, parseLineStyle, parseMarker } from './format.ts';

describe('parseColor', () => {
  // From matplotlib.colors.to_hex.
  it.each([
    ['r', '#ff0000'],
    ['g', '#008000'],
    ['c', '#00bfbf'],
    ['m', '#bf00bf'],
    ['y', '#bfbf00'],
    ['k', '#000000'],
    ['w', '#ffffff'],
    ['C3', '#d62728'],
    ['C13', '#d62728'],
    ['tab:olive', '#bcbd22'],
    ['0.5', '#808080'],
    ['#abc', '#aabbcc'],
    ['#ABCDEF', '#abcdef'],
    [[0.2, 0.4, 1], '#3366ff'],
    ['rebeccapurple', 'rebeccapurple'],
  ])('%s', (color, hex) => {
    expect(parseColor('plt.plot', 'color', color)).toBe(hex);
  });

  it('says what is wrong and what was meant', () => {
    expect(() => parseColor('plt.plot', 'color', 'bleu')).toThrow(/plt\.plot: color is 'bleu'.*Did you mean 'blue'/);
    expect(() => parseColor('plt.plot', 'color', [1, 2, 3])).toThrow(/no colour.*0 to 1/);
    for (const color of ['', 'tab:mauve', '#12', '1.5', 'constructor', null, 7]) {
      expect(() => parseColor('plt.plot', 'color', color)).toThrow(/color is/);
    }
  });
});

describe('colormap', () => {
  // matplotlib's colours at 0, ¼, ½, ¾ and 1; steps between them are cut a little differently.
  it.each([
    ['viridis', '#440154 #3b528b #21918c #5ec962 #fde725'],
    ['plasma', '#0d0887 #7e03a8 #cc4778 #f89540 #f0f921'],
    ['inferno', '#000004 #57106e #bc3754 #f98e09 #fcffa4'],
    ['magma', '#000004 #51127c #b73779 #fc8961 #fcfdbf'],
    ['gray', '#000000 #404040 #808080 #c0c0c0 #ffffff'],
    ['binary', '#ffffff #bfbfbf #7f7f7f #3f3f3f #000000'],
    ['jet', '#000080 #0080ff #7dff7a #ff9400 #800000'],
    ['Blues', '#f7fbff #c6dbef #6aaed6 #2070b4 #08306b'],
    ['RdBu', '#67001f #e58368 #f6f7f7 #68abd0 #053061'],
    ['viridis_r', '#fde725 #5ec962 #21918c #3b528b #440154'],
  ])('%s', (name, colors) => {
    const map = colormap(checkColormap('plt.imshow', name), (scheme) => vega.scheme(scheme));
    for (const [i, hex] of colors.split(' ').entries()) {
      const wanted = hex.match(/\w\w/g)!.map((part) => Number.parseInt(part, 16));
      for (const [channel, value] of map(i / 4).entries()) expect(Math.abs(value - wanted[channel]!)).toBeLessThan(8);
    }
  });

  it('has every name that it lists', () => {
    let known = '';
    try {
      checkColormap('plt.imshow', 'nothing at all');
    } catch (error) {
      known = String(error);
    }
    const names = /wanted one of (.*?), or one/.exec(known)![1]!.split(', ');
    expect(names.length).toBeGreaterThan(15);
    for (const name of names) {
      const map = colormap(name, (scheme) => vega.scheme(scheme));
      expect(new Set([0, 0.3, 0.6, 1].map((at) => map(at).join())).size).toBe(4);
    }
    expect(() => checkColormap('plt.imshow', 'virdis')).toThrow(/Did you mean 'viridis'/);
  });
});

describe('format strings', () => {
  // From matplotlib's _process_plot_format.
  it.each([
    ['r--', { color: '#ff0000', dash: '--' }],
    ['bo-', { color: '#0000ff', marker: 'o', dash: '-' }],
    ['g^', { color: '#008000', marker: '^' }],
    ['k:', { color: '#000000', dash: ':' }],
    ['C2-.', { color: '#2ca02c', dash: '-.' }],
    ['--', { dash: '--' }],
    ['o', { marker: 'o' }],
    ['b', { color: '#0000ff' }],
    ['-.s', { dash: '-.', marker: 's' }],
    ['D-g', { marker: 'D', dash: '-', color: '#008000' }],
    ['red', { color: 'red' }],
  ])('%s', (format, parts) => {
    expect(parseFormat('plt.plot', format)).toEqual(parts);
  });

  it('refuses what it does not know', () => {
    expect(() => parseFormat('plt.plot', 'r%')).toThrow(/'r%' has '%' at position 1.*'r--'/);
    expect(() => parseFormat('plt.plot', 'rb')).toThrow(/two colors/);
    expect(() => parseFormat('plt.plot', 'o^')).toThrow(/two markers/);
    expect(() => parseFormat('plt.plot', '-:')).toThrow(/two line styles/);
    expect(() => parseLineStyle('plt.plot', 'dased')).toThrow(/Did you mean 'dashed'/);
    expect(() => parseMarker('plt.plot', 'toString')).toThrow(/marker is 'toString'/);
  });
});
