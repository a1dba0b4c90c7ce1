/** What a dialog decided; made by `dialog.accept`, `dialog.refuse` and `dialog.fail`. */
export type DialogVerdict =
  | { readonly kind: "accept"; readonly userName: string; readonly domain: string }
  | {
      readonly kind: "refuse";
      readonly userName: string;
      readonly domain: string;
      /** Sent to the caller before the line is hung up. */
      readonly message: string | undefined;
    }
  | { readonly kind: "fail"; readonly error: number };
