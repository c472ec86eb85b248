/*
** request_queue.c: requests in the order in which they were started.
*/
#include "http/request_queue.h"

#include <stdbool.h>

/* Nearly all requests belong to one of the ends, so the position is searched from both. */
void request_queue_insert(struct request_queue *queue, struct request_link *link) {
  struct request_link *first = queue->first, *last = queue->last;
  while (first != NULL && first->sequence < link->sequence && last->sequence > link->sequence) {
    first = first->next;
    last = last->previous;
  }
  bool is_before_first = first == NULL || first->sequence > link->sequence;
  link->next = is_before_first ? first : last->next;
  link->previous = link->next != NULL ? link->next->previous : queue->last;
  *(link->previous != NULL ? &link->previous->next : &queue->first) = link;
  *(link->next != NULL ? &link->next->previous : &queue->last) = link;
  link->queue = queue;
  queue->count++;
}

void request_queue_remove(struct request_link *link) {
  struct request_queue *queue = link->queue;
  if (queue == NULL) return;
  *(link->previous != NULL ? &link->previous->next : &queue->first) = link->next;
  *(link->next != NULL ? &link->next->previous : &queue->last) = link->previous;
  link->previous = link->next = NULL;
  link->queue = NULL;
  queue->count--;
}
