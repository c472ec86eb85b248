/*
** alarm.c: combines a descriptor and a timeout in one descriptor, with Linux's timerfd in a poller.
*/
#include "lua/client/alarm.h"

#include <math.h>
#include <stdint.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/poller.h"
#include "lua/support/compat.h"
#include "lua/support/metatable.h"

#define ALARM_TYPE "harnest.alarm"
/*
** The longest wait in seconds. After it the descriptor becomes readable early, and the caller sets
** the alarm again.
*/
#define ALARM_LONGEST 3600.0

struct alarm {
  int poller, timer; /* -1 when closed */
  double due;        /* the time for which the timer is set, as of clock_now() */
};

static struct alarm *check(lua_State *L) {
  return luaL_checkudata(L, 1, ALARM_TYPE);
}

/* alarm:close(): frees the alarm; the other descriptor stays open. Idempotent. Stack: alarm. */
static int m_close(lua_State *L) {
  lua_settop(L, 1);
  struct alarm *alarm = check(L);
  poller_close(alarm->poller);
  if (alarm->timer >= 0) close(alarm->timer);
  alarm->poller = alarm->timer = -1;
  return 0;
}

/*
** alarm:pollfd(): returns the descriptor to poll for reading; -1 if the alarm is closed. Stack:
** alarm.
*/
static int m_pollfd(lua_State *L) {
  lua_settop(L, 1);
  lua_pushinteger(L, check(L)->poller);
  return 1;
}

static struct timespec to_timespec(double seconds) {
  double whole = floor(seconds);
  return (struct timespec){.tv_sec = (time_t)whole, .tv_nsec = (long)((seconds - whole) * 1e9)};
}

/*
** alarm:set(seconds): makes the descriptor readable after that time, until it is set again. It may
** become readable earlier, at a time that was set before: a system call for each change would cost
** more than a spurious wakeup. Stack: alarm, seconds (a number).
*/
static int m_set(lua_State *L) {
  lua_settop(L, 2);
  struct alarm *alarm = check(L);
  double seconds = luaL_checknumber(L, 2), now = clock_now();
  if (!(seconds < ALARM_LONGEST)) seconds = ALARM_LONGEST;
  double due = seconds > 0 ? now + seconds : now;
  if (now < alarm->due && alarm->due <= due) return 0;
  struct itimerspec setting = {.it_value = to_timespec(due)};
  if (timerfd_settime(alarm->timer, TFD_TIMER_ABSTIME, &setting, NULL) == 0) alarm->due = due;
  return 0;
}

/*
** core.alarm(descriptor): returns an alarm that is not set, combined with a descriptor to watch for
** reading. Raises if the system has no more descriptors. Stack: descriptor (a number).
*/
static int f_alarm(lua_State *L) {
  lua_settop(L, 1);
  int descriptor = (int)luaL_checkinteger(L, 1);
  struct alarm *alarm = compat_newuserdata(L, sizeof *alarm, ALARM_TYPE);
  alarm->poller = alarm->timer = -1;
  alarm->poller = poller_open();
  alarm->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  if (alarm->poller < 0 || alarm->timer < 0)
    return luaL_error(L, "the system has no more descriptors");
  poller_watch(alarm->poller, descriptor, POLLER_READ);
  poller_watch(alarm->poller, alarm->timer, POLLER_READ);
  return 1;
}

static const luaL_Reg methods[] = {
    {"close", m_close},
    {"pollfd", m_pollfd},
    {"set", m_set},
    {NULL, NULL},
};

void alarm_open(lua_State *L) {
  static const luaL_Reg metamethods[] = {{"__gc", m_close}, {NULL, NULL}};
  metatable_push(L, ALARM_TYPE, metamethods);
  lua_newtable(L);
  luaL_setfuncs(L, methods, 0);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
  lua_pushcfunction(L, f_alarm);
  lua_setfield(L, -2, "alarm");
}
