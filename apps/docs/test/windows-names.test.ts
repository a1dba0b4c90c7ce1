import { describe, expect, it } from "vitest";
import { systems, windowsNames, windowsNamesMarkdown } from "../src/windows-names.ts";

const all = systems.flatMap(windowsNames);
const hereOf = (windows: string) => all.filter((name) => name.windows === windows).map(({ here }) => here);

describe("the names of Windows", () => {
  it.each([
    "RadiusExtensionInit RadiusExtensionTerm RadiusExtensionProcess RadiusExtensionProcessEx RadiusExtensionProcess2 RadiusExtensionFreeAttributes",
    "GetRequest GetResponse SetResponseType Add AttributeAt GetSize InsertAt RemoveAt SetAt",
    "RasEapGetInfo RasEapInitialize RasEapBegin RasEapMakeMessage RasEapEnd RasEapGetIdentity RasEapInvokeConfigUI RasEapInvokeInteractiveUI RasEapFreeMemory",
    "RasSecurityDialogBegin RasSecurityDialogEnd RasSecurityDialogComplete RasSecurityDialogSend RasSecurityDialogReceive RasSecurityDialogGetInfo",
    "MprAdminInitializeDll MprAdminTerminateDll MprAdminAcceptNewConnection MprAdminAcceptNewLink MprAdminConnectionHangupNotification MprAdminGetIpAddressForUser",
    "SspiCreateAsyncContext SspiAcquireCredentialsHandleAsyncW SspiInitializeSecurityContextAsyncW SspiAcceptSecurityContextAsync SspiDeleteSecurityContextAsync",
    "SspiFreeCredentialsHandleAsync SspiSetAsyncNotifyCallback SspiAsyncContextRequiresNotify SspiGetAsyncCallStatus SspiReinitAsyncContext SspiFreeAsyncContext",
    "EncryptMessage DecryptMessage MakeSignature VerifySignature QueryContextAttributes ImpersonateSecurityContext RevertSecurityContext",
    "RADIUS_ATTRIBUTE RADIUS_EXTENSION_CONTROL_BLOCK RADIUS_ATTRIBUTE_ARRAY PPP_EAP_INFO PPP_EAP_INPUT PPP_EAP_OUTPUT RAS_AUTH_ATTRIBUTE SECURITY_MESSAGE RAS_SECURITY_INFO",
    "dwMsgId dwError LastError BytesReceived DeviceName bInitialId fAuthenticationComplete dwAuthResultCode repPoint rcRequestType",
    "dwAttrType fDataType cbDataLength lpValue dwValue RADIUS_ACTION RADIUS_CODE RADIUS_REJECT_REASON_CODE PPP_EAP_ACTION raaType Value Action RasSecurityDialogComplete",
    "SecPkgContext_Sizes cbMaxToken cbMaxSignature cbBlockSize cbSecurityTrailer SecPkgContext_StreamSizes cbHeader cbTrailer cbMaximumMessage cBuffers",
    "SecPkgContext_Names sUserName SecPkgContext_SessionKey SessionKeyLength SecPkgContext_NegotiationInfo NegotiationState SecPkgContext_NativeNames sServerName",
    "SecHandle dwLower TimeStamp SecIsValidHandle SecBufferDesc pBuffers ISC_REQ_MUTUAL_AUTH ASC_REQ_CONFIDENTIALITY SECPKG_ATTR_SIZES SEC_I_CONTINUE_NEEDED SECBUFFER_TOKEN",
    "raAccept rcAccessReject repAuthentication ratUserName EAPACTION_SendWithTimeout RAS_EAP_FLAG_NON_INTERACTIVE SECURITYMSG_SUCCESS",
  ])("are there: %s", (names) => {
    for (const name of names.split(" ")) expect(hereOf(name), name).not.toEqual([]);
  });

  it("lead to what is imported", () => {
    expect(hereOf("dwMsgId")).toEqual(["SecurityMessage.msgId"]);
    expect(hereOf("RasSecurityDialogGetInfo")).toEqual(["SecurityPort.getInfo(info)"]);
    expect(hereOf("lpValue")).toEqual(["RadiusAttribute.value"]);
    expect(hereOf("sUserName")).toEqual(["ContextAttributes[SECPKG_ATTR_NAMES].userName"]);
    expect(hereOf("SECBUFFER_TOKEN")).toEqual(["SECBUFFER_TOKEN"]);
    expect(hereOf("RADIUS_EXTENSION_CONTROL_BLOCK")).toEqual(["RadiusExtensionControlBlock"]);
  });

  it("fill a page", () => {
    const page = windowsNamesMarkdown();
    for (const { title } of systems) expect(page).toContain(`## ${title}`);
    expect(page.match(/^\| /gm)?.length).toBeGreaterThan(200);
    expect(page).toMatch(/NTLM messages[^`]*\n.*`NTLMSSP_NEGOTIATE_SEAL`.*`MsvAvTargetName`/);
  });
});
