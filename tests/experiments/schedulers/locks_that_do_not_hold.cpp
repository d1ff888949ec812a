// Loaded before a program, gives it every lock that it asks for: a network file system without locks between machines.
extern "C" int flock(int, int) { return 0; }
