"""One end of a GSS-API context of MIT Kerberos, a line a call: step, wrap, unwrap, sign, verify, key, mech."""

import base64
import sys

import gssapi
from gssapi import raw

SPNEGO = gssapi.OID.from_int_seq("1.3.6.1.5.5.2")
NTLM = gssapi.OID.from_int_seq("1.3.6.1.4.1.311.2.2.10")
SESSION_KEY = gssapi.OID.from_int_seq("1.2.840.113554.1.2.2.5.5")  # GSS_C_INQ_SSPI_SESSION_KEY

role, user, target, confidential = sys.argv[1:5]
flags = gssapi.RequirementFlag.integrity | gssapi.RequirementFlag.replay_detection
flags |= gssapi.RequirementFlag.out_of_sequence_detection
if confidential == "confidential":
    flags |= gssapi.RequirementFlag.confidentiality

if role == "initiate":
    name = gssapi.Name(user, gssapi.NameType.user)
    credentials = gssapi.Credentials(name=name, usage="initiate", mechs=[SPNEGO])
    raw.set_neg_mechs(credentials, [NTLM])
    context = gssapi.SecurityContext(
        name=gssapi.Name(target, gssapi.NameType.hostbased_service),
        creds=credentials, mech=SPNEGO, usage="initiate", flags=flags)
else:
    credentials = gssapi.Credentials(usage="accept", mechs=[SPNEGO])
    raw.set_neg_mechs(credentials, [NTLM])
    context = gssapi.SecurityContext(creds=credentials, usage="accept")


def answer(verb, data):
    if verb == "step":
        token = context.step(data if data else None)
        return ("complete" if context.complete else "continue"), token or b""
    if verb == "wrap":
        return "ok", context.wrap(data, True).message
    if verb == "unwrap":
        return "ok", context.unwrap(data).message
    if verb == "sign":
        return "ok", context.get_signature(data)
    if verb == "verify":
        signature, message = data[:16], data[16:]
        context.verify_signature(message, signature)
        return "ok", b""
    if verb == "key":
        return "ok", raw.inquire_sec_context_by_oid(context, SESSION_KEY)[0]
    if verb == "name":
        return "ok", str(context.initiator_name).encode()
    raise ValueError(verb)


for line in sys.stdin:
    verb, _, text = line.strip().partition(" ")
    try:
        state, data = answer(verb, base64.b64decode(text))
        print(state, base64.b64encode(data).decode(), flush=True)
    except Exception as error:  # the test reads what went wrong
        print("error", " ".join(str(error).split()), flush=True)
