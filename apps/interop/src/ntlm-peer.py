"""One end of an NTLM context, a line a call: step, wrap, unwrap, sign, verify, key, name. The mechanism is that of
gss-ntlmssp behind MIT's GSS-API, the same inside MIT's SPNEGO, or the client of impacket."""

import base64
import sys


class GssNtlmssp:
    negotiates = False

    def __init__(self, role, password, flags, bindings):
        import gssapi
        from gssapi import raw

        self.raw = raw
        ntlm = gssapi.OID.from_int_seq("1.3.6.1.4.1.311.2.2.10")
        mechanism = gssapi.OID.from_int_seq("1.3.6.1.5.5.2") if self.negotiates else ntlm
        wanted = gssapi.RequirementFlag.replay_detection | gssapi.RequirementFlag.out_of_sequence_detection
        if "integrity" in flags:
            wanted |= gssapi.RequirementFlag.integrity
        if "confidentiality" in flags:
            wanted |= gssapi.RequirementFlag.integrity | gssapi.RequirementFlag.confidentiality
        channel = raw.ChannelBindings(application_data=bindings) if bindings else None
        if role == "initiate":
            name = gssapi.Name("TESTDOM\\alice", gssapi.NameType.user)
            credentials = gssapi.Credentials(name=name, usage="initiate", mechs=[mechanism])
            if self.negotiates:
                raw.set_neg_mechs(credentials, [ntlm])
            target = gssapi.Name("HTTP@localhost", gssapi.NameType.hostbased_service)
            self.context = gssapi.SecurityContext(
                name=target, creds=credentials, mech=mechanism, usage="initiate", flags=wanted,
                channel_bindings=channel)
        else:
            credentials = gssapi.Credentials(usage="accept", mechs=[mechanism])
            if self.negotiates:
                raw.set_neg_mechs(credentials, [ntlm])
            self.context = gssapi.SecurityContext(creds=credentials, usage="accept", channel_bindings=channel)

    def step(self, token):
        answer = self.context.step(token if token else None) or b""
        return ("complete" if self.context.complete else "continue"), answer

    def wrap(self, data):
        return self.context.wrap(data, True).message

    def unwrap(self, data):
        return self.context.unwrap(data).message

    def sign(self, data):
        return self.context.get_signature(data)

    def verify(self, data):
        self.context.verify_signature(data[16:], data[:16])
        return b""

    def key(self, _):
        import gssapi

        oid = gssapi.OID.from_int_seq("1.2.840.113554.1.2.2.5.5")  # GSS_C_INQ_SSPI_SESSION_KEY
        return self.raw.inquire_sec_context_by_oid(self.context, oid)[0]

    def name(self, _):
        return str(self.context.initiator_name).encode()


class GssSpnego(GssNtlmssp):
    negotiates = True


class Impacket:
    def __init__(self, _role, password, flags, _bindings):
        from impacket import ntlm

        self.ntlm = ntlm
        self.password = password
        self.signs = bool(flags)
        self.first = None
        self.sent = 0
        self.received = 0

    def step(self, token):
        ntlm = self.ntlm
        if not token:
            self.first = ntlm.getNTLMSSPType1("PC7", "TESTDOM", self.signs)
            return "continue", self.first.getData()
        third, key = ntlm.getNTLMSSPType3(self.first, token, "alice", self.password, "TESTDOM")
        self.exported = key
        self.flags = third["flags"]
        from Cryptodome.Cipher import ARC4

        keys = {}
        for side in ("Client", "Server"):
            sign = ntlm.SIGNKEY(self.flags, key, side)
            seal = ntlm.SEALKEY(self.flags, key, side)
            keys[side] = (sign, ARC4.new(seal).encrypt)
        self.keys = keys
        return "complete", third.getData()

    def wrap(self, data):
        sign, cipher = self.keys["Client"]
        sealed, signature = self.ntlm.SEAL(self.flags, sign, None, data, data, self.sent, cipher)
        self.sent += 1
        return signature.getData() + sealed

    def unwrap(self, data):
        sign, cipher = self.keys["Server"]
        plain = cipher(data[16:])
        signature = self.ntlm.MAC(self.flags, cipher, sign, self.received, plain)
        self.received += 1
        if signature.getData() != data[:16]:
            raise ValueError("the signature is another one")
        return plain

    def sign(self, data):
        sign, cipher = self.keys["Client"]
        signature = self.ntlm.SIGN(self.flags, sign, data, self.sent, cipher)
        self.sent += 1
        return signature.getData()

    def key(self, _):
        return self.exported


mechanism, role, password, flags, bindings = sys.argv[1:6]
kind = {"gss-ntlmssp": GssNtlmssp, "gss-spnego": GssSpnego, "impacket": Impacket}[mechanism]
peer = kind(role, password, [flag for flag in flags.split(",") if flag], base64.b64decode(bindings))
for line in sys.stdin:
    verb, _, text = line.strip().partition(" ")
    try:
        answer = getattr(peer, verb)(base64.b64decode(text))
        state, data = answer if isinstance(answer, tuple) else ("ok", answer)
        print(state, base64.b64encode(data).decode(), flush=True)
    except Exception as error:  # the test reads what went wrong
        print("error", type(error).__name__, " ".join(str(error).split()), flush=True)
