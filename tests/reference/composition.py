"""Encodings together, "rope+kerple_log": one product of queries and keys, and the sum of what is added to it."""

from encoding import Encoding


class Composition(Encoding):
    """At most one part changes the product, and what a part adds may not hold queries: there are two readings of that."""

    def __init__(self, parts):
        super().__init__()
        changed = [part for part in parts if part.changes_product]
        names = [name for part in parts for name in (*part.shapes(1, 2), *part.token_inputs(2))]
        if any(part.where == "input" or part.adds_by_query for part in parts):
            raise ValueError("only rotations, biases and gates can be put together")
        if len(changed) > 1:
            raise ValueError("two encodings that change the product of queries and keys")
        if len(names) != len(set(names)):
            raise ValueError("two encodings with learned parameters of one name")
        self.parts = parts
        self.product = changed[0] if changed else Encoding()
        self.stretches = self.product.stretches

    def shapes(self, heads, head_width):
        return {name: shape for part in self.parts for name, shape in part.shapes(heads, head_width).items()}

    def token_inputs(self, head_width):
        return {name: axes for part in self.parts for name, axes in part.token_inputs(head_width).items()}

    def turned(self, queries, keys, places):
        return self.product.turned(queries, keys, places)

    def content(self, queries, keys, parameters, places):
        return self.product.content(queries, keys, parameters, places)

    def addition(self, queries, keys, parameters, places):
        return sum(part.addition(queries, keys, parameters, places) for part in self.parts)
