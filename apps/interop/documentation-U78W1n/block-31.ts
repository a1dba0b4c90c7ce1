// packages/errors/README.md:123
import { useSymbols, WindowsError } from "@sallyport/errors";
import { loadLookup } from "@sallyport/errors/lookup";
import { ERROR_PORT_DISCONNECTED } from "@sallyport/errors/ras";

const error = new WindowsError({ ERROR_PORT_DISCONNECTED }, { space: "ras", cause: new Error("carrier lost") });
console.log(error.message, WindowsError.is(error, ERROR_PORT_DISCONNECTED)); // ERROR_PORT_DISCONNECTED (619) true
console.log(JSON.stringify(error)); // name, code, space, symbol, message

useSymbols((await loadLookup()).symbolOf); // once in a program: from now on bare numbers find their names, too
console.log(new WindowsError(-2146893048, { space: "hresult" }).message); // SEC_E_INVALID_TOKEN (0x80090308)

export {};
