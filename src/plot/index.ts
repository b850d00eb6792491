// cornu/plot: plots as matplotlib draws them, on vega.
// Owns: the list of what the module offers. Loads vega and sharp only when something is drawn.

export type { ColormapName } from './colormaps.ts';
export type { Color } from './colors.ts';
export type { LineStyle } from './format.ts';
export { type HistoryValue, history } from './history.ts';
export { type ImagesOptions, images } from './images.ts';
export {
  axhline,
  axis,
  axvline,
  bar,
  barh,
  close,
  colorbar,
  contour,
  contourf,
  figure,
  gca,
  gcf,
  grid,
  hist,
  imshow,
  legend,
  plot,
  savefig,
  scatter,
  show,
  subplot,
  subplots,
  suptitle,
  text,
  tightLayout,
  title,
  xlabel,
  xlim,
  xticks,
  ylabel,
  ylim,
  yticks,
} from './pyplot.ts';
export type {
  Axes,
  AxisMode,
  BarOptions,
  ColorbarOptions,
  ContourOptions,
  Figure,
  FigureOptions,
  Grid,
  GridOptions,
  HistOptions,
  Histogram,
  ImageOptions,
  LegendLocation,
  LegendOptions,
  Mappable,
  PlotOptions,
  RuleOptions,
  SaveOptions,
  ScatterOptions,
  Series,
  ShowOptions,
  SubplotsOptions,
  TextOptions,
  TickOptions,
} from './types.ts';
export type { Numbers, TensorValue } from './values.ts';
