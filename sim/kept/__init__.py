"""A registry kept on disk, so that question after question is answered without making its people again.

    build.py    the chunks stream once into files: records in order of name, truth, keys, offers
    store.py    the files opened, memory-mapped, and looked up
    find.py     which records share a blocking key with a request of a path
    session.py  questions put to a store: the records found go through the same search as any chunk

Nothing here compares or decides: what is found is handed to `sim.linkage.stream.PathSearch` in the shape of a
chunk, so the answers are those of `sim.run.simulate`.
"""
