"""The dashboard: one file a page, and what the pages share.

`state` the question and the answer, `controls` `links` how a question is put, `live` `jobs` `watch` how it is
answered, `show` `cases` `compared` `files` `words` how an answer looks.
"""
