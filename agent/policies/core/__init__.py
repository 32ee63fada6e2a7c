"""The embedded policy: a small element-pointer transformer that runs on any CPU."""
