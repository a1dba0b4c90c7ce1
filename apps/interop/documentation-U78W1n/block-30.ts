// packages/errors/README.md:91
import { ERROR_AUTHENTICATION_FAILURE, isRasError, type RasErrorCode } from "@sallyport/errors/ras";
import { ISC_REQ_MUTUAL_AUTH, SEC_I_CONTINUE_NEEDED } from "@sallyport/errors/sspi";
import { ERROR_LOGON_FAILURE } from "@sallyport/errors/win32";
import { decodeHresult, HRESULT_FROM_WIN32 } from "@sallyport/errors/decode";

const code: number = 691;
if (isRasError(code)) {
  const known: RasErrorCode = code;
  console.log(known === ERROR_AUTHENTICATION_FAILURE, SEC_I_CONTINUE_NEEDED, ISC_REQ_MUTUAL_AUTH); // true 590610 2
}
console.log(decodeHresult(HRESULT_FROM_WIN32(ERROR_LOGON_FAILURE)).code); // 1326

export {};
