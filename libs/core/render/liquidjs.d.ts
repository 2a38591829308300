/**
 * What this library uses of liquidjs, for the build alone: liquidjs' own declarations pull Node's types in, and with them this library
 * would compile with `process` and `setTimeout` in it. `tsconfig.json` (typecheck) reads the real ones, so a difference shows there.
 */
export interface Template {
  readonly token: unknown;
}
type Limiter = { check(count: number): void };
type Options = { readonly [name: string]: unknown };
export declare class Context {
  readonly renderLimit: Limiter;
  constructor(scope: object, options: Options, renderOptions: { sync: boolean }, rest: { liquid: Liquid });
}
export declare class Liquid {
  readonly options: Options;
  readonly tags: Record<string, unknown>;
  readonly filters: Record<string, unknown>;
  constructor(options: Options);
  parse(source: string): Template[];
  renderSync(templates: Template[], context: Context): unknown;
  analyzeSync(templates: Template[], options: { partials: boolean }): { readonly globals: Record<string, unknown> };
  registerFilter(name: string, filter: { readonly raw: boolean; readonly handler: (value: unknown) => unknown }): void;
}
