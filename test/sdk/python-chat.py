"""A chat and a stream through the official Python SDK; prints what came as JSON."""

import json
import os

from openai import BadRequestError, OpenAI

client = OpenAI(base_url=os.environ["TRESTLE_URL"] + "/v1", api_key=os.environ["TRESTLE_KEY"], max_retries=0)
question = [{"role": "user", "content": "Grüße, 世界 🌉"}]

whole = client.chat.completions.create(model="sandbox/echo", messages=question)

pieces = []
with client.chat.completions.create(model="sandbox/echo", messages=question, stream=True) as stream:
    for chunk in stream:
        pieces.append([len(chunk.choices), chunk.choices[0].delta.content if chunk.choices else None])

try:
    client.chat.completions.create(model="sandbox/echo", messages=question, n=0)
    refused = None
except BadRequestError as error:
    refused = {"status": error.status_code, "param": error.param}

print(
    json.dumps(
        {
            "content": whole.choices[0].message.content,
            "tokens": whole.usage.total_tokens,
            "request_id": whole._request_id,
            "choices_per_chunk": sorted({count for count, _ in pieces}),
            "streamed": "".join(text or "" for _, text in pieces),
            "refused": refused,
        }
    )
)
