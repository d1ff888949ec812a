// Whether the address sanitizer is in this build: it replaces the C library's memory and needs much more of it.
#pragma once

#if defined(__SANITIZE_ADDRESS__)
#define LENGTHWISE_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LENGTHWISE_ADDRESS_SANITIZER 1
#endif
#endif
#ifndef LENGTHWISE_ADDRESS_SANITIZER
#define LENGTHWISE_ADDRESS_SANITIZER 0
#endif
