/*
** request_queue.h: requests of one state, in the order in which they were started.
*/
#ifndef HARNEST_REQUEST_QUEUE_H
#define HARNEST_REQUEST_QUEUE_H

#include <stddef.h>
#include <stdint.h>

struct request_queue;

/* The part of a request that queues use. Zeroed memory is in no queue. */
struct request_link {
  struct request_queue *queue; /* NULL if it is in none */
  struct request_link *previous, *next;
  uint64_t sequence; /* the request's number among those of its Lua state */
};

/* A doubly linked list. Zeroed memory is an empty queue. It does not own its requests. */
struct request_queue {
  struct request_link *first, *last;
  size_t count;
};

/*
** Inserts a link that is in no queue, by its sequence number. O(1) if it belongs to one of the
** ends, else O(n).
*/
void request_queue_insert(struct request_queue *queue, struct request_link *link);

/* Removes a link from its queue. Does nothing if it is in none. */
void request_queue_remove(struct request_link *link);

#endif
