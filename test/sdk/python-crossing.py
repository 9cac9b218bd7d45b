"""Each official Python SDK on the other vendor's models: three turns of tools, whole and streamed; prints what came as JSON."""

import json
import os

from anthropic import Anthropic
from anthropic import BadRequestError as AnthropicBadRequest
from openai import BadRequestError as OpenAIBadRequest
from openai import OpenAI

url, key = os.environ["TRESTLE_URL"], os.environ["TRESTLE_KEY"]
claude = Anthropic(base_url=url, api_key=key, max_retries=0)
gpt = OpenAI(base_url=url + "/v1", api_key=key, max_retries=0)

schema = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": False}
question = {"role": "user", "content": "rounds=2"}


def claude_turns(streamed):
    """Anthropic's SDK on an OpenAI model."""
    tools = [{"name": name, "description": name, "input_schema": schema} for name in ("weather", "time")]
    messages, stops = [question], []
    for _ in range(3):
        asked = {"model": "gpt/gpt-4o", "max_tokens": 1000, "messages": messages, "tools": tools}
        if streamed:
            with claude.messages.stream(**asked) as stream:
                said = stream.get_final_message()
        else:
            said = claude.messages.create(**asked)
        calls = [block for block in said.content if block.type == "tool_use"]
        stops.append([said.stop_reason, *(call.name for call in calls)])
        messages = [
            *messages,
            {"role": "assistant", "content": [block.model_dump(exclude_none=True) for block in said.content]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": call.id, "content": "fine"} for call in calls]},
        ]
    return stops + [said.content[-1].text, said.usage.input_tokens > 0]


def gpt_turns(streamed):
    """OpenAI's SDK on Claude, which thinks: its seals must come back in the ids of the calls."""
    tools = [
        {"type": "function", "function": {"name": name, "description": name, "parameters": schema}} for name in ("weather", "time")
    ]
    messages, finishes = [question], []
    for _ in range(3):
        asked = {"model": "claude/claude-haiku-4-5", "messages": messages, "tools": tools, "reasoning_effort": "low"}
        if streamed:
            with gpt.chat.completions.stream(**asked, stream_options={"include_usage": True}) as stream:
                for _event in stream:
                    pass
                said = stream.get_final_completion()
        else:
            said = gpt.chat.completions.create(**asked)
        message = said.choices[0].message
        calls = message.tool_calls or []
        finishes.append([said.choices[0].finish_reason, *(call.function.name for call in calls)])
        kept = [
            {"id": call.id, "type": "function", "function": {"name": call.function.name, "arguments": call.function.arguments}}
            for call in calls
        ]
        messages = [
            *messages,
            {"role": "assistant", "content": message.content, **({"tool_calls": kept} if kept else {})},
            *({"role": "tool", "tool_call_id": call.id, "content": "fine"} for call in calls),
        ]
    return finishes + [message.content, said.usage.prompt_tokens > 0]


def refused(act, error):
    try:
        act()
    except error as thrown:
        return thrown.status_code
    return None


print(
    json.dumps(
        {
            "claude": claude_turns(False),
            "claude_streamed": claude_turns(True),
            "gpt": gpt_turns(False),
            "gpt_streamed": gpt_turns(True),
            "counted": claude.messages.count_tokens(model="gpt/gpt-4o", messages=[question]).input_tokens > 0,
            "listed": "sandbox/echo" in [model.id for model in claude.models.list()],
            "refused": [
                refused(lambda: claude.messages.create(model="gpt/gpt-4o", max_tokens=9, messages="x"), AnthropicBadRequest),
                refused(lambda: gpt.chat.completions.create(model="claude/claude-haiku-4-5", messages="x"), OpenAIBadRequest),
            ],
        }
    )
)
