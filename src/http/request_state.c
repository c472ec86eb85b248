/*
** request_state.c: the state of a request, and what it holds in a state.
*/
#include "http/request_state.h"

#include "base/clock.h"
#include "base/excerpt.h"

/* The `dispose` of a timer: its memory is a part of the request. */
static void keep_timer(struct engine_job *timer) {
  (void)timer;
}

/* Makes the engine finish the request's timer at its deadline. */
static void start_timer(struct request *request, struct engine *engine) {
  request->timer_engine = engine_hold(engine);
  request->deadline_timer =
      (struct engine_job){.not_after = request->deadline, .dispose = keep_timer};
  engine_submit(engine, &request->deadline_timer);
}

/*
** Stops the timer if there is one. After a fork the parent's engine has it, and must not be used
** here.
*/
static void stop_timer(struct request *request) {
  struct engine *engine = request->timer_engine;
  if (engine == NULL) return;
  if (!engine_is_inherited(engine)) engine_discard(engine, &request->deadline_timer);
  request->timer_engine = NULL;
  engine_release(engine);
}

static bool is_unfinished(enum request_state state) {
  return state != REQUEST_IDLE && state != REQUEST_DONE;
}

void request_set_state(struct request *request, enum request_state state) {
  struct session *session = request->session;
  stop_timer(request);
  request_queue_remove(&request->link);
  if (is_unfinished(request->state)) session->pending_count--;
  if (is_unfinished(state)) session->pending_count++;
  request->state = state;
  switch (state) {
    case REQUEST_SENT: request_queue_insert(&session->sent, &request->link); break;
    case REQUEST_WAITING_FOR_TOKEN:
      request_queue_insert(&session->credentials->waiting, &request->link);
      break;
    case REQUEST_WAITING_FOR_STORE:
      request_queue_insert(&session->store.asking, &request->link);
      break;
    case REQUEST_WAITING_FOR_SLOT:
      request_queue_insert(&session->pace->waiting, &request->link);
      break;
    case REQUEST_IDLE:
    case REQUEST_DONE: break;
  }
}

bool request_wait(struct request *request, enum request_state state) {
  request_set_state(request, state);
  if (request->deadline >= CLOCK_NEVER) return true;
  struct engine *engine = session_engine(request->session);
  if (engine == NULL) return false;
  start_timer(request, engine);
  return true;
}

bool request_take_slot(struct request *request, double wait) {
  struct pace *pace = request->session->pace;
  request->start = clock_now() + wait;
  if (request->start < pace->hold_until) request->start = pace->hold_until;
  if (!rate_limiter_is_on(&pace->rate_limiter)) return true;
  request->has_slot = rate_limiter_take(&pace->rate_limiter, &request->start);
  return request->has_slot;
}

void request_release_slot(struct request *request) {
  if (!request->has_slot) return;
  request->has_slot = false;
  rate_limiter_release(&request->session->pace->rate_limiter, request->start, clock_now());
}

void request_set_reason(struct request *request, const char *reason, size_t length) {
  buffer_clear(&request->reason);
  excerpt_append(&request->reason, reason, length, EXCERPT_MESSAGE);
}

void request_set_deadline_reason(struct request *request, enum deadline_wait wait) {
  transport_error_describe_deadline(&request->reason, request->session->deadline, request->attempts,
                                    wait);
}
