"""Is a flow sound? `net` moves tokens without data, `states` looks at what that leads to."""
