"""Nobody lost, nobody twice: real processes killed, a provider that fails, a clock that lies."""
