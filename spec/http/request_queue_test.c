/*
** request_queue_test.c: requests are queued by their sequence numbers, in whatever order they are
** inserted and removed.
*/
#include "http/request_queue.h"

#include "check.h"

#define REQUESTS 5

static struct request_link requests[REQUESTS];

/* Whether the queue has exactly these requests, in order, by both directions of its links. */
static bool is_whole(const struct request_queue *queue, size_t expected) {
  size_t count = 0;
  const struct request_link *previous = NULL;
  for (const struct request_link *at = queue->first; at != NULL;
       previous = at, at = at->next, count++)
    if (at->previous != previous || at->queue != queue ||
        (previous != NULL && previous->sequence >= at->sequence))
      return false;
  return queue->last == previous && queue->count == expected && count == expected;
}

static void swap(int *a, int *b) {
  int other = *a;
  *a = *b;
  *b = other;
}

/* Inserts all requests in this order, and removes them in the opposite one. */
static void test_order(const int order[REQUESTS]) {
  struct request_queue queue = {.first = NULL};
  bool whole = true;
  char name[80];
  for (int i = 0; i < REQUESTS; i++) {
    request_queue_insert(&queue, &requests[order[i]]);
    whole = whole && is_whole(&queue, (size_t)i + 1);
  }
  for (int i = 0; i < REQUESTS; i++) {
    request_queue_remove(&requests[order[REQUESTS - 1 - i]]);
    whole = whole && is_whole(&queue, (size_t)(REQUESTS - 1 - i));
  }
  snprintf(name, sizeof name, "inserted as %d %d %d %d %d", order[0], order[1], order[2], order[3],
           order[4]);
  check(whole, name);
}

/* Tests all permutations of order[from] and those after it. */
static void test_orders(int order[REQUESTS], int from) {
  if (from == REQUESTS) {
    test_order(order);
    return;
  }
  for (int i = from; i < REQUESTS; i++) {
    swap(&order[from], &order[i]);
    test_orders(order, from + 1);
    swap(&order[from], &order[i]);
  }
}

static void test_removal(void) {
  struct request_queue queue = {.first = NULL}, other = {.first = NULL};
  for (int i = 0; i < REQUESTS; i++) request_queue_insert(&queue, &requests[i]);
  request_queue_remove(&requests[0]);
  check(is_whole(&queue, REQUESTS - 1), "the first request is removed");
  request_queue_remove(&requests[REQUESTS - 1]);
  check(is_whole(&queue, REQUESTS - 2), "the last request is removed");
  request_queue_remove(&requests[2]);
  check(is_whole(&queue, REQUESTS - 3), "a request in between is removed");
  request_queue_remove(&requests[2]);
  check(is_whole(&queue, REQUESTS - 3) && requests[2].queue == NULL,
        "removing a request that is in no queue changes nothing");
  request_queue_insert(&other, &requests[2]);
  check(is_whole(&other, 1) && is_whole(&queue, REQUESTS - 3), "it can be put into another queue");
  request_queue_remove(&requests[2]);
  request_queue_insert(&queue, &requests[2]);
  check(is_whole(&queue, REQUESTS - 2), "it returns to its position");
}

void request_queue_test(void) {
  int order[REQUESTS];
  for (int i = 0; i < REQUESTS; i++) {
    order[i] = i;
    requests[i].sequence = (uint64_t)i * 10;
  }
  test_orders(order, 0);
  test_removal();
}
