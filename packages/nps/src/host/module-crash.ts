/** The worker in which a module runs is gone: it ended, hung, or is being started again (NPS-82). */
export class ModuleCrash extends Error {
  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = "ModuleCrash";
  }
}
