cursor_test.o: spec/jsonapi/cursor_test.c src/jsonapi/cursor.h \
 spec/support/check.h
src/jsonapi/cursor.h:
spec/support/check.h:
