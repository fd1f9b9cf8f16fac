"""The oracle of fernet.test.ts: reads one JSON object per line, answers one per line, with the real cryptography."""
import base64
import json
import sys

from cryptography.fernet import Fernet, InvalidToken

for line in sys.stdin:
    asked = json.loads(line)
    fernet = Fernet(asked["key"])
    if "value" in asked:
        answer = {"token": fernet.encrypt(base64.b64decode(asked["value"])).decode()}
    else:
        try:
            answer = {"value": base64.b64encode(fernet.decrypt(asked["token"].encode())).decode()}
        except InvalidToken:
            answer = {"value": None}
    print(json.dumps(answer), flush=True)
