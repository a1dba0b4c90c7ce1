"""Signs on by NTLM over one HTTP connection, with impacket: address, port, path, domain, user, password."""
import base64
import http.client
import sys

from impacket import ntlm

host, port, path, domain, user, password = sys.argv[1:]
connection = http.client.HTTPConnection(host, int(port), timeout=20)


def ask(token):
    value = "NTLM " + base64.b64encode(token).decode()
    connection.request("GET", path, headers={"Authorization": value})
    answer = connection.getresponse()
    return answer.status, answer.getheader("WWW-Authenticate"), answer.read().decode()


first = ntlm.getNTLMSSPType1("", domain)
status, challenge, _ = ask(first.getData())
assert status == 401 and challenge.startswith("NTLM "), (status, challenge)
token = base64.b64decode(challenge[5:])
third, _ = ntlm.getNTLMSSPType3(first, token, user, password, domain)
status, _, body = ask(third.getData())
print(status, body.strip())
