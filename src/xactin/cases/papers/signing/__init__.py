"""Who signs documents and with what: adapters for keys, the trial certificates, and the order of sealing."""
