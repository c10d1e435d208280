// The JSON API of docs/lounge-api.md: calls as a member, and the stream of events.

export class Refusal extends Error {
  constructor(status, body) {
    super(body.error || "Something went wrong.");
    this.status = status;
    this.field = body.field || "";
  }
}

export async function call(method, path, { as = "", json, form } = {}) {
  const headers = { "X-Earshot-Lounge": "1" };
  if (as) headers["X-Earshot-Member"] = encodeURIComponent(as);
  if (json !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(path, { method, headers, body: json === undefined ? form : JSON.stringify(json) });
  } catch {
    throw new Refusal(0, { error: "Earshot cannot be reached. Is it still running?" });
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refusal(response.status, body);
  return body;
}

const RETRY_MS = 2000;

// Listens from the event `after` on, for as long as it takes. `on` has message, gone, reset and state.
export function listen(room, as, after, on) {
  let source = null;
  let last = after;
  let timer = 0;
  let ended = false;

  function open() {
    const query = new URLSearchParams({ as, after: last });
    source = new EventSource(`/api/rooms/${encodeURIComponent(room)}/events?${query}`);
    source.onopen = () => on.state("");
    source.onerror = () => {
      if (ended) return;
      on.state("The connection is gone; trying again …");
      // The browser tries again by itself unless it was refused.
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(check, RETRY_MS);
    };
    for (const kind of ["message", "gone", "reset"]) {
      source.addEventListener(kind, (event) => {
        last = event.lastEventId;
        on[kind](JSON.parse(event.data));
      });
    }
  }

  async function check() {
    try {
      await call("GET", "/api/rooms");
      if (!ended) open();
    } catch (refusal) {
      if (ended) return;
      on.state(refusal.message);
      if (refusal.status !== 401) timer = setTimeout(check, RETRY_MS);
    }
  }

  open();
  return () => {
    ended = true;
    clearTimeout(timer);
    source.close();
  };
}
