/** A filter that is a condition on the kernel's own members. One file in filters/, named as its id, the option's name. */
export interface Filter {
  readonly id: string;
  /** what its value is, for --help */
  readonly value: string;
  readonly description: string;
  /**
   * The condition, as --where takes it. Throws a UsageError for a value that it cannot be.
   * @param kernelHas tells whether this kernel's types have what a path names
   */
  condition(value: string, kernelHas: (path: string) => boolean): string;
}
