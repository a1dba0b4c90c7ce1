export {
  decodeHresult,
  FACILITY_NT_BIT,
  FACILITY_WIN32,
  FAILED,
  HRESULT_FROM_NT,
  HRESULT_FROM_WIN32,
  type HresultParts,
  ntStatusFromHresult,
  SUCCEEDED,
  win32FromHresult,
} from "./decode/hresult.ts";
export {
  decodeNtStatus,
  FACILITY_NTWIN32,
  NT_ERROR,
  NT_SUCCESS,
  type NtStatusParts,
  win32FromNtStatus,
} from "./decode/ntstatus.ts";
export { hexCode, isCode, signedCode, unsignedCode } from "./decode/number.ts";
