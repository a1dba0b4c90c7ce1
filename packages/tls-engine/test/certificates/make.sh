#!/bin/sh
# Makes the certificates of the tests anew. The keys are fixtures: everybody has them, nothing may ever trust them.
# Needs OpenSSL 3. Usage: sh make.sh (in this folder)
set -eu
begin=20200101000000Z
end=21200101000000Z

mkdir work
trap 'rm -r work' EXIT
: >work/index.txt
echo 01 >work/crlnumber
cat >work/ca.cnf <<'CONFIG'
[ca]
default_ca = tests
[tests]
database = work/index.txt
crlnumber = work/crlnumber
new_certs_dir = work
rand_serial = yes
default_md = sha256
policy = anything
unique_subject = no
[anything]
organizationName = optional
commonName = supplied
CONFIG

key() { # name, rsa or ec
  case "$2" in
    rsa) openssl genrsa -out "$1.test-key.pem" 2048 2>/dev/null ;;
    *) openssl ecparam -name prime256v1 -genkey -noout -out "$1.test-key.pem" ;;
  esac
}

sign() { # name, subject, last day, options of `openssl ca`; the extensions come on standard input
  cat >work/extensions.cnf
  openssl req -new -key "$1.test-key.pem" -subj "$2" -out work/request.csr
  last="$3"
  name="$1"
  shift 3
  openssl ca -batch -notext -config work/ca.cnf -extfile work/extensions.cnf -in work/request.csr -out "$name.pem" \
    -startdate "$begin" -enddate "$last" "$@" 2>work/log || { cat work/log >&2; exit 1; }
}

authority() { # name, subject
  key "$1" ec
  sign "$1" "$2" "$end" -selfsign -keyfile "$1.test-key.pem" <<EXTENSIONS
basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash
EXTENSIONS
}

leaf() { # name, rsa or ec, subject, authority, use, last day, another extension
  key "$1" "$2"
  sign "$1" "$3" "$6" -cert "$4.pem" -keyfile "$4.test-key.pem" <<EXTENSIONS
basicConstraints=critical,CA:FALSE
subjectKeyIdentifier=hash
extendedKeyUsage=$5
${7-}
EXTENSIONS
}

of="/O=Sallyport tests"
alice="subjectAltName=email:alice@example.org,otherName:1.3.6.1.4.1.311.20.2.3;UTF8:alice@example.org"
authority authority "$of/CN=Test authority"
authority other-authority "$of/CN=Another authority"
leaf server ec "$of/CN=radius.example" authority serverAuth "$end" \
  "subjectAltName=DNS:radius.example,DNS:radius2.example"
leaf server-rsa rsa "$of/CN=radius.example" authority serverAuth "$end" "subjectAltName=DNS:radius.example"
leaf responder ec "$of/CN=OCSP responder" authority OCSPSigning "$end"
leaf client ec "$of/CN=alice" authority clientAuth "$end" "$alice"
leaf client-rsa rsa "$of/CN=alice" authority clientAuth "$end" "$alice"
leaf client-other ec "$of/CN=mallory" other-authority clientAuth "$end"
leaf client-revoked ec "$of/CN=bob" authority clientAuth "$end"
leaf client-server-use ec "$of/CN=carol" authority serverAuth "$end"
# Behind another authority, whose certificate the client sends along.
key intermediate ec
sign intermediate "$of/CN=Intermediate" "$end" -cert authority.pem -keyfile authority.test-key.pem <<EXTENSIONS
basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash
EXTENSIONS
leaf client-chain ec "$of/CN=frank" intermediate clientAuth "$end"
cat intermediate.pem >>client-chain.pem
leaf client-expired ec "$of/CN=dave" authority clientAuth 20200102000000Z
# With all that belongs to it, nearly the 64 KiB that a message of EAP-TLS may have.
leaf client-large ec "$of/CN=erin" authority clientAuth "$end" \
  "1.3.6.1.4.1.32473.1=ASN1:UTF8String:$(head -c 63000 /dev/zero | tr '\0' x)"

set -- -config work/ca.cnf -cert authority.pem -keyfile authority.test-key.pem
openssl ca -batch "$@" -revoke client-revoked.pem 2>/dev/null
openssl ca -gencrl "$@" -crl_lastupdate "$begin" -crl_nextupdate "$end" -out authority.crl.pem 2>/dev/null
node make-ocsp.ts
