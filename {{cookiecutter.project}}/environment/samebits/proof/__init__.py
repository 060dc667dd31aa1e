"""Proof: are the bits the same?"""
